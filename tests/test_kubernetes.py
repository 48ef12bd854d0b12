"""The manifests for Kubernetes: valid, and of the same console as docker-compose.yml."""

import re
import shlex
import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml

from console.infrastructure.start_up_checks import REQUIRED
from tests.house import ROOT
from tests.kustomize import containers, load, render

KUBERNETES = "1.33"  # the oldest version that the manifests are written for
FOLDER = ROOT / "deploy" / "kubernetes"
FOLDERS = [FOLDER / "base", FOLDER / "overlays" / "production", FOLDER / "overlays" / "large"]
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
SERVICE = {"web": "web", "sender": "worker", "processor": "processor", "tasks": "background", "beat": "beat"}
WORKERS = ["sender", "processor", "tasks"]
DEFAULT_GRACE = 10  # s, of compose
KUBECTL = shutil.which("kubectl")


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request):
    return request.param


@pytest.fixture
def documents(folder):
    return render(folder)


def of_kind(documents, kind):
    return {document["metadata"]["name"]: document for document in documents if document["kind"] == kind}


def pod(deployment):
    return deployment["spec"]["template"]["spec"]


def console(deployment):
    [container] = pod(deployment)["containers"]
    return container


def probe(container, name):
    return shlex.join(container[name]["exec"]["command"])


def names_in(path):
    return set(re.findall(r"^([A-Z0-9_]+)=", path.read_text(), re.MULTILINE))


# Valid


def test_every_manifest_is_valid_for_kubernetes(documents):
    for document in documents:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)


@pytest.mark.skipif(not KUBECTL, reason="There is no kubectl here to compare with.")
def test_the_manifests_are_rendered_here_as_by_kubectl(folder, documents):
    rendered = subprocess.run([KUBECTL, "kustomize", folder], capture_output=True, text=True, check=True)

    def known_by(documents):
        return {(document["kind"], document["metadata"]["name"]): document for document in documents}

    assert known_by(yaml.safe_load_all(rendered.stdout)) == known_by(documents)


def test_every_manifest_is_in_one_namespace_and_in_a_kustomization(documents):
    assert {document["metadata"]["namespace"] for document in documents} == {"console"}
    for folder in FOLDERS:
        [given] = load(folder / "kustomization.yaml")
        named = {*given["resources"], *[patch["path"] for patch in given.get("patches", [])], "kustomization.yaml"}
        assert {path.name for path in folder.glob("*.yaml")} <= named


# The same console as in docker-compose.yml


def test_each_program_is_started_by_the_command_of_its_compose_service(documents):
    deployments = of_kind(documents, "Deployment")
    assert deployments.keys() == SERVICE.keys()
    for name, deployment in deployments.items():
        assert console(deployment)["command"] == shlex.split(SERVICES[SERVICE[name]]["command"])
    [job] = of_kind(documents, "Job").values()
    assert console(job)["command"] == shlex.split(SERVICES["migrate"]["command"])


def test_each_program_gets_as_long_to_stop_as_in_compose(documents):
    for name, deployment in of_kind(documents, "Deployment").items():
        grace = int(SERVICES[SERVICE[name]].get("stop_grace_period", f"{DEFAULT_GRACE}s").removesuffix("s"))
        before = console(deployment).get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        assert pod(deployment)["terminationGracePeriodSeconds"] == grace + before


@pytest.mark.parametrize("name", WORKERS)
def test_workers_have_the_environment_and_the_health_check_of_compose(name, documents):
    worker, service = console(of_kind(documents, "Deployment")[name]), SERVICES[SERVICE[name]]
    given = {variable["name"]: variable["value"] for variable in worker["env"]}
    assert given.items() <= service["environment"].items()
    assert given["REMAP_SIGTERM"] == "SIGQUIT"
    for kind in ("readinessProbe", "livenessProbe"):
        assert given["ALIVE_FILE"] in probe(worker, kind)
    assert worker["readinessProbe"]["exec"]["command"][-1] == service["healthcheck"]["test"][1]


def test_settings_and_secrets_have_the_names_of_env_example_and_are_complete():
    documents = render(FOLDER / "overlays" / "production")
    settings = set(of_kind(documents, "ConfigMap")["console-settings"]["data"])
    secrets = names_in(FOLDER / "secrets.example.env")
    assert settings | secrets <= names_in(ROOT / ".env.example")
    assert settings & secrets == set()
    assert {*REQUIRED, "TOKEN_ENCRYPTION_KEYS", "FACEBOOK_APP_ID", "S3_BUCKET", "DATA_DIR"} <= settings | secrets


def test_the_manifests_contain_no_secret(documents):
    assert "Secret" not in {document["kind"] for document in documents}
    assert not re.search(r"^[A-Z_]+=.", (FOLDER / "secrets.example.env").read_text(), re.MULTILINE)


# Safe to run, to replace and to evict


def test_beat_is_one_and_is_stopped_before_another_starts(documents):
    spec = of_kind(documents, "Deployment")["beat"]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_old_pods_of_all_other_programs_work_until_the_new_ones_do(documents):
    for name, deployment in of_kind(documents, "Deployment").items():
        if name != "beat":
            assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
            assert "readinessProbe" in console(deployment)


def test_new_pods_wait_for_the_migrate_job(documents):
    for deployment in of_kind(documents, "Deployment").values():
        [waiting] = pod(deployment)["initContainers"]
        assert "manage.py migrate --check" in shlex.join(waiting["command"])


def test_each_deployment_selects_its_pods_and_has_a_disruption_budget_for_them(documents):
    deployments, budgets = of_kind(documents, "Deployment"), of_kind(documents, "PodDisruptionBudget")
    assert deployments.keys() == budgets.keys()
    for name, deployment in deployments.items():
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert deployment["spec"]["selector"]["matchLabels"] == labels == {"app": name}
        assert budgets[name]["spec"] == {"maxUnavailable": 1, "selector": {"matchLabels": labels}}


def test_no_pod_is_root_writes_to_its_image_or_gets_a_token_of_kubernetes(documents):
    for owner in [*of_kind(documents, "Deployment").values(), *of_kind(documents, "Job").values()]:
        assert pod(owner)["automountServiceAccountToken"] is False
        assert pod(owner)["securityContext"]["runAsNonRoot"] is True
        assert pod(owner)["securityContext"]["runAsUser"] > 0
        for container in containers(owner):
            confined = container["securityContext"]
            assert (confined["allowPrivilegeEscalation"], confined["readOnlyRootFilesystem"]) == (False, True)
            assert confined["capabilities"] == {"drop": ["ALL"]}
            assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/tmp"]  # noqa: S108


def test_all_containers_run_one_image_and_have_requests_and_a_limit_of_memory(documents):
    every = [container for document in documents for container in containers(document)]
    assert len({container["image"] for container in every}) == 1
    for container in every:
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]


def test_the_service_and_the_network_policy_lead_to_the_port_of_web(documents):
    web = of_kind(documents, "Deployment")["web"]
    [port] = console(web)["ports"]
    [service], [policy] = of_kind(documents, "Service").values(), of_kind(documents, "NetworkPolicy").values()
    assert service["spec"]["selector"] == policy["spec"]["podSelector"]["matchLabels"] == {"app": "web"}
    assert service["spec"]["ports"][0]["targetPort"] == policy["spec"]["ingress"][0]["ports"][0]["port"] == port["name"]
    assert str(port["containerPort"]) in console(web)["command"]
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert console(web)[name]["httpGet"].keys() == {"path", "port"}  # without a Host header


def test_an_ingress_and_allowed_hosts_name_the_host_of_public_url():
    documents = render(FOLDER / "overlays" / "production")
    settings = of_kind(documents, "ConfigMap")["console-settings"]["data"]
    ingress = of_kind(documents, "Ingress")["console"]["spec"]
    assert settings["PUBLIC_URL"] == f"https://{settings['ALLOWED_HOSTS']}"
    assert [rule["host"] for rule in ingress["rules"]] == ingress["tls"][0]["hosts"] == [settings["ALLOWED_HOSTS"]]
    backend = ingress["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend["name"] in of_kind(documents, "Service")
