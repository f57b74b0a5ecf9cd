"""A labelled recording of a real GPU: PyTorch training, with faults planted at known times."""
