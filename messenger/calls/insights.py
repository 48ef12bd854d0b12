"""Figures about a Page's messaging, and Facebook's own language reading.

https://developers.facebook.com/docs/messenger-platform/analytics
https://developers.facebook.com/docs/messenger-platform/built-in-nlp
"""

from .path import Path, given


class Insights(Path):
    """`since` and `until` are times in s; without them Facebook answers for the last days."""

    def insights(self, metrics, *, since: int | None = None, until: int | None = None) -> list[dict]:
        """[{name, period, values: [{value, end_time}], title, description, id}], one for each metric."""
        params = {"metric": ",".join(metrics), **given(since=since, until=until)}
        return self._call("GET", "me/insights/", "data", params=params)["data"]

    def blocked_conversations(self, **period) -> dict | None:
        """How many people blocked the Page."""
        return self._metric("page_messages_blocked_conversations_unique", period)

    def reported_conversations(self, **period) -> dict | None:
        """How many people reported the Page."""
        return self._metric("page_messages_reported_conversations_unique", period)

    def total_messaging_connections(self, **period) -> dict | None:
        """How many people the Page can write to."""
        return self._metric("page_messages_total_messaging_connections", period)

    def new_conversations(self, **period) -> dict | None:
        """How many people wrote for the first time."""
        return self._metric("page_messages_new_conversations_unique", period)

    def _metric(self, name, period):
        rows = self.insights([name], **period)
        return rows[0] if rows else None

    # Built-in NLP

    def set_nlp_configs(
        self,
        *,
        nlp_enabled: bool | None = None,
        model: str | None = None,
        custom_token: str | None = None,
        verbose: bool | None = None,
        n_best: int | None = None,
    ) -> None:
        """Switch it on or off; a model (ENGLISH, GERMAN, …, CUSTOM with a token of wit.ai); up to 8 best guesses."""
        options = given(nlp_enabled=nlp_enabled, model=model, custom_token=custom_token, verbose=verbose, n_best=n_best)
        self._call("POST", "me/nlp_configs", params={name: _word(value) for name, value in options.items()})

    def enable_nlp(self) -> None:
        """Have Facebook put what it understood beside what customers write."""
        self.set_nlp_configs(nlp_enabled=True)

    def disable_nlp(self) -> None:
        """Have it no longer do so."""
        self.set_nlp_configs(nlp_enabled=False)


def _word(value):
    return str(value).lower() if isinstance(value, bool) else value
