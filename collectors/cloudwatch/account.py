"""One account and region as it is known between collections: its connection, and what it has."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collectors.base import CollectorError
from collectors.cloudwatch.client import connect
from collectors.cloudwatch.discover import Sweep
from collectors.cloudwatch.plan import Plan, plan
from collectors.cloudwatch.query import Naming
from collectors.cloudwatch.spent import Spent
from reinfra.config.sources.cloudwatch import CloudWatchSource
from reinfra.model import DAY, HOUR

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

_LOOK_AGAIN = HOUR
_LOOK_FURTHER = DAY
_RECENTLY = 3 * HOUR


@dataclass(slots=True)
class Account:
    """All metrics of two weeks are listed once a day, those of the last three hours every hour."""

    settings: CloudWatchSource
    spent: Spent = field(default_factory=Spent)
    _client: "CloudWatchClient | None" = None
    _plan: Plan | None = None
    _looked_at: int = 0
    _looked_further_at: int = 0

    @property
    def client(self) -> "CloudWatchClient":
        """Raises what botocore raises, and CollectorError for an address that is none."""
        if self._client is None:
            try:
                self._client = connect(self.settings, self.spent)
            except ValueError as error:  # its words hold the address, and so perhaps a password
                what = "endpoint_url or region is not valid"
                raise CollectorError(what, where=self.settings.name) from error
        return self._client

    @property
    def labels(self) -> dict[str, str]:
        place = {"cloud.provider": "aws", "cloud.region": self.client.meta.region_name}
        return {**place, "cloud.account.id": self.settings.account}

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def plan(self, since: int, now: int) -> Plan:
        """What is to be asked for from `since` on. Raises what botocore raises."""
        if self._plan is None or now - self._looked_at >= _LOOK_AGAIN:
            recent = since >= now - _RECENTLY and now - self._looked_further_at < _LOOK_FURTHER
            sweep = Sweep(self.client, recent, self.settings.dimensions)
            naming = Naming(self.labels, self.settings.labels)
            self._plan = plan(self.settings, sweep, naming)
            self._looked_at = now
            if not recent:
                self._looked_further_at = now
        return self._plan
