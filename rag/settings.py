"""Settings: every value a user can set, from VOUCH_* variables or a `.env` file. Holds values, builds nothing."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any, Literal, Self, get_args

from dotenv import dotenv_values
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import SettingsError

Knowledge = Literal["papers", "papers-first"]
KNOWLEDGE: tuple[Knowledge, ...] = get_args(Knowledge)
PREFIX = "VOUCH_"
ENV_FILE = ".env"
SHAPING = (
    "llm",
    "llm_base_url",
    "llm_temperature",
    "llm_max_tokens",
    "llm_context_tokens",
    "answer_words",
    "risk",
    "knowledge",
    "repair",
    "support",
    "condense",
    "augment",
    "rerank",
)
"""Settings that shape an answer."""


AUGMENTATIONS = ("rephrase", "decompose", "specialise", "constrain", "hypothetical")
"""Ways of `augment`."""
RERANKERS = ("llm", "cross-encoder", "cohere")


def _key(*names: str) -> AliasChoices:
    """A secret keeps its conventional variable name too, so that a key set up for other tools works here."""
    return AliasChoices(*names)


class Settings(BaseSettings):
    """All settings, immutable. Values given to the constructor win over the environment, that over `.env`.

    `Settings()` raises a pydantic error; `Settings.load()` is what programs call: it also refuses misspelt VOUCH_*
    names and turns every problem into a SettingsError that names the variable.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, extra="ignore", frozen=True, populate_by_name=True, env_ignore_empty=True
    )

    home: Path = Field(default_factory=lambda: Path.home() / ".vouch", description="folder that holds the library")
    llm: str = Field(
        default="extractive", description="back end that answers: extractive, or provider:model such as openai:gpt-4o-mini"
    )
    llm_choices: str = Field(default="", description="back ends offered in the browser beside VOUCH_LLM, separated by commas")
    llm_fallback: str = Field(
        default="", description="back end that answers when VOUCH_LLM fails: extractive, or another provider:model"
    )
    llm_base_url: str | None = Field(
        default=None, description="address of an OpenAI-compatible server, or of the one for the first provider chosen"
    )
    llm_timeout: float = Field(default=60.0, gt=0, description="seconds of silence after which a back end is given up")
    llm_deadline: float = Field(default=180.0, gt=0, description="seconds one answer may take in all, retries included")
    llm_retries: int = Field(default=3, ge=0, le=10, description="times a busy or unreachable back end is asked again")
    llm_breaker: int = Field(
        default=5, ge=0, description="failures in a row after which a back end is left alone for half a minute; 0 never does"
    )
    llm_rpm: int | None = Field(
        default=None, gt=0, description="requests a minute sent to a back end at most, all threads together"
    )
    llm_parallel: int = Field(
        default=32, ge=1, le=256, description="requests under way at a back end at most, all threads together"
    )
    llm_temperature: float = Field(default=0.0, ge=0, le=2, description="sampling temperature of the back end")
    llm_max_tokens: int = Field(default=700, ge=16, description="tokens an answer may have at most")
    llm_thinking_tokens: int = Field(
        default=4000, ge=0, description="tokens that a model which thinks first may spend on that, beside the answer"
    )
    llm_context_tokens: int = Field(default=3000, ge=200, description="tokens of evidence given to the back end at most")
    openai_api_key: SecretStr | None = Field(
        default=None, description="key for openai", validation_alias=_key("VOUCH_OPENAI_API_KEY", "OPENAI_API_KEY")
    )
    anthropic_api_key: SecretStr | None = Field(
        default=None, description="key for anthropic", validation_alias=_key("VOUCH_ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY")
    )
    llm_api_key: SecretStr | None = Field(default=None, description="key for an openai-compatible server that wants one")
    azure_api_key: SecretStr | None = Field(
        default=None, description="key for azure", validation_alias=_key("VOUCH_AZURE_API_KEY", "AZURE_OPENAI_API_KEY")
    )
    azure_endpoint: str | None = Field(
        default=None,
        description="address of the Azure OpenAI resource, such as https://my-resource.openai.azure.com",
        validation_alias=_key("VOUCH_AZURE_ENDPOINT", "AZURE_OPENAI_ENDPOINT"),
    )
    azure_api_version: str = Field(default="2024-10-21", description="version of Azure's interface")
    google_api_key: SecretStr | None = Field(
        default=None,
        description="key for google, the Gemini API",
        validation_alias=_key("VOUCH_GOOGLE_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY"),
    )
    mistral_api_key: SecretStr | None = Field(
        default=None, description="key for mistral", validation_alias=_key("VOUCH_MISTRAL_API_KEY", "MISTRAL_API_KEY")
    )
    litellm_api_key: SecretStr | None = Field(
        default=None, description="key for what litellm reaches; it takes the service's own variable when empty"
    )
    openai_base_url: str | None = Field(
        default=None,
        description="address for openai in place of OpenAI's own",
        validation_alias=_key("VOUCH_OPENAI_BASE_URL", "OPENAI_BASE_URL"),
    )
    anthropic_base_url: str | None = Field(
        default=None,
        description="address for anthropic in place of Anthropic's own",
        validation_alias=_key("VOUCH_ANTHROPIC_BASE_URL", "ANTHROPIC_BASE_URL"),
    )
    google_base_url: str | None = Field(default=None, description="address for google in place of Google's own")
    mistral_base_url: str | None = Field(default=None, description="address for mistral in place of Mistral's own")
    ollama_base_url: str | None = Field(
        default=None, description="address of the Ollama server, http://localhost:11434 when empty"
    )
    litellm_base_url: str | None = Field(default=None, description="address for litellm, such as that of its proxy")
    answer_words: int = Field(default=90, ge=20, description="words a quoted answer aims at; lists may be longer")
    knowledge: Knowledge = Field(
        default="papers",
        description="what a back end may write from: papers, or papers-first to add its own knowledge, marked as such",
    )
    repair: bool = Field(default=True, description="whether sentences that fail their check are given back once, on or off")
    support: Literal["offline", "llm"] = Field(
        default="offline", description="who judges sentences: offline, or llm to hear the back end's verdict as well"
    )
    risk: float = Field(default=0.1, ge=0, le=1, description="share of answers that may be wrong; the lower, the more is refused")
    condense: bool = Field(
        default=True, description="whether a back end rewords a follow-up that leans on earlier turns, on or off"
    )
    augment: str = Field(
        default="",
        description="further queries a back end writes, off when empty: all, or some of " + ", ".join(AUGMENTATIONS),
    )
    rerank: str = Field(
        default="",
        description="what puts the papers found into order, off when empty: llm, cross-encoder[:MODEL] or cohere[:MODEL]",
    )
    cohere_api_key: SecretStr | None = Field(
        default=None, description="key for cohere", validation_alias=_key("VOUCH_COHERE_API_KEY", "COHERE_API_KEY")
    )
    cohere_base_url: str | None = Field(default=None, description="address in place of Cohere's own")
    threads: int = Field(default=0, ge=0, description="threads for embedding; 0 takes all cores")
    chroma_url: str | None = Field(
        default=None, description="address of a Chroma server for the vectors, such as http://localhost:8000"
    )
    chroma_api_key: SecretStr | None = Field(
        default=None, description="key of Chroma Cloud, or of a Chroma server that wants one"
    )
    chroma_tenant: str | None = Field(default=None, description="tenant on the Chroma server")
    chroma_database: str | None = Field(default=None, description="database on the Chroma server")
    host: str = Field(
        default="127.0.0.1", description="address the browser pages listen on; others can reach them only if you change it"
    )
    port: int = Field(default=8501, ge=1, le=65535, description="port the browser pages listen on")
    arxiv_url: str = Field(default="https://export.arxiv.org/api/query", description="address of arXiv's API, or of a mirror")
    openalex_url: str = Field(default="https://api.openalex.org", description="address of OpenAlex's API, or of a mirror")
    openalex_api_key: SecretStr | None = Field(default=None, description="key for OpenAlex, which allows little without one")
    contact_email: str | None = Field(
        default=None, description="your e-mail address, sent to arXiv and OpenAlex so that they can reach you"
    )

    @field_validator("home")
    @classmethod
    def _expand(cls, home: Path) -> Path:
        """`~` means the user's folder in `.env` too, where no shell has read it."""
        return home.expanduser()

    @field_validator("arxiv_url", "openalex_url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        if not re.fullmatch(r"https?://[^\s?#{}]+", url, re.IGNORECASE):
            raise ValueError("expected an address that begins with http:// or https:// and has no query")
        return url.rstrip("/")

    @field_validator("augment")
    @classmethod
    def _ways(cls, ways: str) -> str:
        named = [way.strip().lower() for way in ways.split(",") if way.strip()]
        if unknown := [way for way in named if way not in (*AUGMENTATIONS, "all")]:
            raise ValueError(f"{unknown[0]!r} is none of all, {', '.join(AUGMENTATIONS)}")
        return ",".join(named)

    @field_validator("rerank")
    @classmethod
    def _reranker(cls, named: str) -> str:
        kind, colon, model = (part.strip() for part in named.partition(":"))
        if kind not in ("", *RERANKERS) or (kind == "llm" and model):
            raise ValueError(f"expected {', '.join(RERANKERS)}, or cross-encoder:MODEL or cohere:MODEL")
        return f"{kind}{colon}{model}" if model else kind

    @property
    def augmentations(self) -> tuple[str, ...]:
        """The ways of `augment`, each named."""
        named = self.augment.split(",")
        return tuple(way for way in AUGMENTATIONS if way in named or "all" in named)

    @classmethod
    def load(cls, **values: Any) -> Self:
        """Settings from `values`, the environment and `.env`.

        Raises SettingsError for a VOUCH_* name that is no setting (with the nearest real one) or a value out of range.
        """
        try:
            in_file = dotenv_values(ENV_FILE)
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{ENV_FILE} cannot be read ({type(error).__name__}).", remedy="Check its permissions, and save it as UTF-8."
            ) from None
        refuse_unknown_names([*os.environ, *in_file])
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            variable = name if name.isupper() else f"{PREFIX}{name.upper()}"
            value = "not usable" if variable.endswith("_KEY") else repr(first["input"])
            raise SettingsError(
                f"{variable} is {value}: {first['msg'].lower()}.", remedy="Correct it in the environment or in .env."
            ) from None

    @property
    def choices(self) -> tuple[str, ...]:
        """Back ends a user may pick: VOUCH_LLM first, then VOUCH_LLM_CHOICES, and always `extractive`."""
        named = [self.llm, *(c.strip() for c in self.llm_choices.split(",")), "extractive"]
        return tuple(dict.fromkeys(c for c in named if c))

    def writing_from(self, knowledge: str | None) -> Self:
        """These settings with another `knowledge`, or as they are. Raises SettingsError for a word that is none of KNOWLEDGE."""
        if knowledge in (None, self.knowledge):
            return self
        if knowledge not in KNOWLEDGE:
            expected = " or ".join(KNOWLEDGE)
            raise SettingsError(f"A back end cannot write from {knowledge!r}.", remedy=f"Expected {expected} (VOUCH_KNOWLEDGE).")
        return self.model_copy(update={"knowledge": knowledge})

    def shaping(self) -> dict[str, Any]:
        """The settings that shape an answer, without addresses: what a stored answer holds of them."""
        return {name: getattr(self, name) for name in SHAPING if name != "llm_base_url"}

    def fingerprint(self) -> str:
        """12 hex digits over the settings that shape an answer; secrets, places and time limits are left out."""
        values = {name: getattr(self, name) for name in SHAPING}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]


def variable_names() -> dict[str, str]:
    """Variable name -> field name, for every setting, with the VOUCH_ spelling."""
    return {f"{PREFIX}{name.upper()}": name for name in Settings.model_fields}


def refuse_unknown_names(names: list[str]) -> None:
    """Raise SettingsError for the first VOUCH_* name that is no setting, naming the nearest real one."""
    known = variable_names()
    for name in sorted(set(names)):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.0)
            raise SettingsError(f"{name} is not a setting.", remedy=f"The nearest one is {near[0]}; see .env.example for all.")
