"""How answers are judged: by whom, how many, at what cost, and what is kept of their texts."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_HOTTEST = 2.0
_ENVIRONMENT = r"^([A-Za-z_][A-Za-z0-9_]{0,100})?$"


class JudgeBackend(BaseModel):
    """One model that grades, behind one server."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(
        pattern=r"^[A-Za-z0-9_.:-]{1,100}$", description="What --backend and judge.backend call it."
    )
    kind: Literal["bedrock", "openai", "anthropic", "recorded"] = Field(
        description="bedrock: Amazon Bedrock's Converse. openai: any server that speaks chat/completions. "
        "anthropic: Anthropic's Messages API. recorded: replies from a file."
    )
    model: str = Field(
        "",
        description="Model with its version; on Bedrock also an inference profile's id or ARN. A name that moves "
        "to a newer model, such as one ending in latest, changes the judge without saying so.",
    )
    url: str = Field(
        "",
        pattern=r"^(https?://[\x21-\x7e]{1,500})?$",
        description="Address of the server, as http://localhost:8000/v1; Anthropic's own and AWS's by default.",
    )
    api_key_env: str = Field(
        "",
        pattern=_ENVIRONMENT,
        description="Environment variable that holds the API key; ANTHROPIC_API_KEY for anthropic by default. "
        "Bedrock takes AWS's own credentials.",
    )
    region: str = Field("", description="AWS region; by default the one of AWS's own settings.")
    timeout: float = Field(60.0, gt=0, le=3_600, description="Seconds of one try.")
    max_tokens: int = Field(
        1_024, ge=64, le=32_768, description="Tokens of a reply; one that is cut is no grade."
    )
    temperature: float | Literal["unset"] = Field(
        0.0, description='From 0 to 2; "unset" sends none, for models that refuse it.'
    )
    cache: bool = Field(
        default=False,
        description="Ask the provider to cache the rubric's part of the prompt, where it can.",
    )
    service_tier: Literal["", "priority", "default", "flex", "reserved"] = Field(
        "", description="Bedrock's service tier; its price is that of your own table."
    )
    guardrail: str = Field("", description="Bedrock guardrail to apply to prompt and reply.")
    guardrail_version: str = Field("", description="Version of the guardrail; DRAFT by default.")
    replies: str = Field(
        "",
        description="File of recorded replies, or llmbar:JUDGE for the verdicts that ship with reinfra.",
    )

    @field_validator("temperature")
    @classmethod
    def _is_one(cls, given: float | str) -> float | str:
        if isinstance(given, float) and not 0 <= given <= _HOTTEST:
            raise ValueError("a temperature is from 0 to 2")
        return given

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> "JudgeBackend":
        if self.kind == "recorded" and not self.replies:
            raise ValueError("recorded needs replies")
        if self.kind != "recorded" and not self.model:
            raise ValueError(f"{self.kind} needs a model")
        if self.kind == "openai" and not self.url:
            raise ValueError("openai needs a url")
        return self


class JudgeSettings(BaseModel):
    """Answer quality: who judges which answers, and how much it may cost."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    backend: tuple[JudgeBackend, ...] = Field(
        (), description="Models that can grade; the first is asked unless --backend names another."
    )
    rubric: str = Field("helpfulness", description="Rubric unless --rubric names another.")
    concurrency: int = Field(
        16, ge=1, le=64, description="Most requests in flight; fewer where the server throttles."
    )
    attempts: int = Field(6, ge=1, le=50, description="Tries of one item.")
    item_timeout: float = Field(
        300.0, gt=0, le=86_400, description="Seconds of one item, waits and all tries together."
    )
    rate: float = Field(
        0.1,
        gt=0,
        le=1,
        description="Share of each stratum's answers that is judged; all of those in a file that is named.",
    )
    floor: int = Field(
        100, ge=0, le=100_000, description="At least so many of each stratum and run."
    )
    boost: float = Field(
        4.0,
        ge=1,
        le=100,
        description="Answers that are flagged are so many times as likely to be judged.",
    )
    budget_items: int = Field(
        10_000, ge=0, le=10_000_000, description="Most replies of a UTC day, over all runs."
    )
    budget_usd: float = Field(
        0.0,
        ge=0,
        le=1_000_000,
        description="Most US dollars of a UTC day, over all runs; 0 sets no bound. Needs a known price.",
    )
    prices: str = Field(
        "",
        description="Price table of your own (docs/guide/judging.md); by default the one that ships.",
    )
    texts: Literal["keep", "hash"] = Field(
        "keep",
        description="What is kept of judged texts: the texts, which people need to label them and a canary to "
        "be asked again, or their SHA-256 only.",
    )
    retention: float = Field(
        30.0,
        ge=0,
        le=3_650,
        description="Days that kept texts and replies stay, a canary's excepted.",
    )
    redact: str = Field(
        "",
        description='What takes personal data out of texts before they are judged: "simple" (e-mail addresses, '
        'card and phone numbers), or "module:function" of your own.',
    )
    sql_url_env: str = Field(
        "",
        pattern=_ENVIRONMENT,
        description="Environment variable with the SQLAlchemy URL that --inputs sql:FILE asks.",
    )
    canary: int = Field(200, ge=50, le=2_000, description="Items of a canary set.")

    @field_validator("backend")
    @classmethod
    def _each_is_another(cls, given: tuple[JudgeBackend, ...]) -> tuple[JudgeBackend, ...]:
        names = [one.name for one in given]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"two backends are called {twice!r}; give each a name of its own")
        return given
