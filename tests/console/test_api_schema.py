"""The API answers any request as its documentation says; schemathesis generates requests from it."""

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from console.models import ApiKey, Conversation, HandoverRules, Holder, api_key

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]  # a web server closes connections

load_all_checks()
CONFORMS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
same_each_time = settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def drawn(mode):
    """The documented operations, and how to draw requests for them."""
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app=get_wsgi_application())
    schema.config.generation.update(modes=[mode])
    return schema


def answers(case, secret, *more):
    checks = CHECKS.get_by_names([*CONFORMS, *more])
    case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=checks)


@pytest.fixture
def robins_key(bluebird, monkeypatch):
    monkeypatch.setattr(api_key, "CALLS", ("calls", 1_000_000))
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/")
    return ApiKey.objects.make(bluebird, "Robin")


@drawn(GenerationMode.POSITIVE).parametrize()
@same_each_time
def test_the_api_answers_well_formed_requests_as_its_schema_says(case, mona, robins_key):
    Conversation.objects.update(holder=Holder.BOT, closed_at=None)
    case.path_parameters["psid"] = mona.psid
    answers(case, robins_key)


@drawn(GenerationMode.NEGATIVE).parametrize()
@same_each_time
def test_the_api_rejects_malformed_requests_as_its_schema_says(case, mona, robins_key):
    answers(case, robins_key, "negative_data_rejection")
