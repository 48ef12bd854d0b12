"""Statistics of a Page's messaging, and Facebook's built-in natural language processing.

https://developers.facebook.com/docs/messenger-platform/analytics
https://developers.facebook.com/docs/messenger-platform/built-in-nlp
"""

from .base import Calls, given


class Insights(Calls):
    """Statistics. since, until: Unix times in s; by default Facebook answers for the last days.

    Each call raises GraphError if it does not succeed.
    """

    def insights(self, metrics, *, since: int | None = None, until: int | None = None) -> list[dict]:
        """Return one {name, period, values: [{value, end_time}], title, description, id} for each metric."""
        params = {"metric": ",".join(metrics), **given(since=since, until=until)}
        return self._call("GET", "me/insights/", "data", params=params)["data"]

    def blocked_conversations(self, **period) -> dict | None:
        """Return the metric of people who blocked the Page; None if Facebook has no figures."""
        return self._metric("page_messages_blocked_conversations_unique", period)

    def reported_conversations(self, **period) -> dict | None:
        """Return the metric of people who reported the Page; None if Facebook has no figures."""
        return self._metric("page_messages_reported_conversations_unique", period)

    def total_messaging_connections(self, **period) -> dict | None:
        """Return the metric of people that the Page can write to; None if Facebook has no figures."""
        return self._metric("page_messages_total_messaging_connections", period)

    def new_conversations(self, **period) -> dict | None:
        """Return the metric of people who wrote for the first time; None if Facebook has no figures."""
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
        """Configure the language processing. An option that is None stays as it is.

        model: ENGLISH, GERMAN, …, or CUSTOM with a `custom_token` of wit.ai. n_best: up to 8 guesses.
        """
        options = given(nlp_enabled=nlp_enabled, model=model, custom_token=custom_token, verbose=verbose, n_best=n_best)
        self._call("POST", "me/nlp_configs", params={name: _word(value) for name, value in options.items()})

    def enable_nlp(self) -> None:
        """Have Facebook add the entities that it recognises to the messages of customers."""
        self.set_nlp_configs(nlp_enabled=True)

    def disable_nlp(self) -> None:
        """Turn the language processing off."""
        self.set_nlp_configs(nlp_enabled=False)


def _word(value):
    return str(value).lower() if isinstance(value, bool) else value
