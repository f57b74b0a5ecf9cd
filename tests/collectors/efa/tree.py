"""A sysfs with EFAs, laid out as Linux lays it out. The numbers are invented: no recording of one is public."""

from pathlib import Path

PORT = {
    "tx_bytes": 5000,
    "tx_pkts": 400,
    "rx_bytes": 4000,
    "rx_pkts": 500,
    "rx_drops": 5,
    "send_bytes": 6000,
    "send_wrs": 800,
    "recv_bytes": 7000,
    "recv_wrs": 900,
    "rdma_read_wrs": 120,
    "rdma_read_bytes": 1000,
    "rdma_read_wr_err": 6,
    "rdma_read_resp_bytes": 8000,
    "rdma_write_wrs": 110,
    "rdma_write_bytes": 2000,
    "rdma_write_wr_err": 4,
    "rdma_write_recv_bytes": 3000,
    "retrans_bytes": 100,
    "retrans_pkts": 10,
    "retrans_timeout_events": 1,
    "unresponsive_remote_events": 2,
    "impaired_remote_conn_events": 3,
}
"""By the names of Linux's efa_verbs.c."""

DEVICE = {
    "submitted_cmds": 70,
    "completed_cmds": 69,
    "cmds_err": 1,
    "no_completion_cmds": 0,
    "keep_alive_rcvd": 4242,
    "alloc_pd_err": 0,
    "create_qp_err": 0,
    "create_cq_err": 0,
    "reg_mr_err": 0,
    "alloc_ucontext_err": 0,
    "create_ah_err": 0,
    "mmap_err": 0,
}
LIFESPAN = {"lifespan": 10}
"""How long the kernel answers from memory, in ms: beside the counters, and none."""


def write(folder: Path, files: dict[str, object]) -> None:
    for name, value in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{value}\n")


def add(sys: Path, name: str = "rdmap0s31", vendor: str = "0x1d0f") -> Path:
    """Another adapter with one port; returns its folder."""
    pci = sys / "devices" / "pci0000:00" / f"0000:{name}"
    folder = pci / "infiniband" / name
    write(pci, {"vendor": vendor, "device": "0xefa2", "subsystem_device": "0xefa2"})
    write(folder, {"fw_ver": "1.2.3.4", "node_type": "8: <unknown>"})
    write(folder / "hw_counters", {**DEVICE, **LIFESPAN})
    write(folder / "ports" / "1", {"state": "4: ACTIVE", "rate": "100 Gb/sec (4X EDR)"})
    write(folder / "ports" / "1" / "hw_counters", {**PORT, **LIFESPAN})
    (folder / "device").symlink_to("../..")
    listed = sys / "class" / "infiniband"
    listed.mkdir(parents=True, exist_ok=True)
    (listed / name).symlink_to(folder)
    write(sys / "module" / "efa", {"version": "2.17.1g"})
    return folder
