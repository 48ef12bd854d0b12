"""Render a kustomization, as `kubectl kustomize` does: as much of it as deploy/kubernetes uses. The rest is refused."""

import copy
import re
from pathlib import Path

import yaml

KNOWN = {"apiVersion", "kind", "namespace", "resources", "patches", "images", "replicas"}
MERGED_BY = {
    "containers": "name",
    "initContainers": "name",
    "volumes": "name",
    "env": "name",
    "volumeMounts": "mountPath",
}


def render(folder):
    """Return the manifests of a folder with a kustomization.yaml."""
    [given] = load(folder / "kustomization.yaml")
    assert given.keys() <= KNOWN, f"{folder} uses what this renderer does not know: {given.keys() - KNOWN}"
    documents = [document for name in given["resources"] for document in _resource(folder / name)]
    for document in documents:
        document["metadata"]["namespace"] = given.get("namespace") or document["metadata"].get("namespace")
    for patch in given.get("patches", []):
        _patch(documents, *load(folder / patch["path"]), patch.get("target"))
    for image in given.get("images", []):
        _replace_image(documents, image)
    for replicas in given.get("replicas", []):
        [document] = [document for document in documents if _is(document, "Deployment", replicas["name"])]
        document["spec"]["replicas"] = replicas["count"]
    return documents


def load(path):
    return list(yaml.safe_load_all(Path(path).read_text()))


def _resource(path):
    return render(path) if path.is_dir() else load(path)


def _patch(documents, patch, target):
    """Merge the patch into those that the target selects; without a target, into the one of its kind and name."""
    if target:
        chosen = [document for document in documents if re.fullmatch(target["kind"], document["kind"])]
        content = {"spec": patch["spec"]}
    else:
        chosen = [document for document in documents if _is(document, patch["kind"], patch["metadata"]["name"])]
        content = patch
    assert chosen, f"The patch of {patch['metadata']['name']} changes nothing."
    for document in chosen:
        document.update(_merged(document, content))


def _is(document, kind, name):
    return (document["kind"], document["metadata"]["name"]) == (kind, name)


def _merged(old, new, name=""):
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {key: _merged(old.get(key), value, key) for key, value in new.items()}
    if isinstance(old, list) and name in MERGED_BY:
        return _merged_lists(old, new, MERGED_BY[name])
    return copy.deepcopy(new)


def _merged_lists(old, new, key):
    patches = {item[key]: item for item in new}
    known = {item[key] for item in old}
    merged = [_merged(item, patches[item[key]]) if item[key] in patches else item for item in old]
    return [*merged, *[copy.deepcopy(item) for item in new if item[key] not in known]]


def _replace_image(documents, image):
    for document in documents:
        for container in containers(document):
            if container["image"] == image["name"]:
                container["image"] = f"{image['newName']}:{image['newTag']}"


def containers(document):
    """Return all containers of the pods that a document describes."""
    pod = document["spec"]["template"]["spec"] if document["kind"] in ("Deployment", "Job") else {}
    return [*pod.get("initContainers", []), *pod.get("containers", [])]
