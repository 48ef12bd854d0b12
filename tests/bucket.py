"""A bucket of an S3 server, as its owner sees it."""

import uuid

import boto3
from django.conf import settings

KEYS = {"aws_access_key_id": "tests", "aws_secret_access_key": "not a secret"}


class Bucket:
    def __init__(self, url):
        self.url, self.name = url, f"files-{uuid.uuid4().hex}"
        self.client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **KEYS)
        self.client.create_bucket(Bucket=self.name)

    def storage(self, url=None):
        """Return the part of STORAGES that keeps files here. url: another way to the server."""
        return {"default": settings.S3_FILES | {"OPTIONS": self._options(url or self.url)}}

    def environment(self):
        """Return the environment variables of a program that keeps its files here."""
        options = self._options(self.url)
        return {
            "S3_BUCKET": self.name,
            "S3_ENDPOINT_URL": self.url,
            "S3_REGION": options["region_name"],
            "S3_ACCESS_KEY_ID": options["access_key"],
            "S3_SECRET_ACCESS_KEY": options["secret_key"],
        }

    def _options(self, url):
        keys = {"access_key": KEYS["aws_access_key_id"], "secret_key": KEYS["aws_secret_access_key"]}
        return {"bucket_name": self.name, "endpoint_url": url, "region_name": "us-east-1", **keys}

    def objects(self):
        """Return {name: bytes} of all that is in it."""
        found = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {one["Key"]: self.client.get_object(Bucket=self.name, Key=one["Key"])["Body"].read() for one in found}

    def head(self, name):
        return self.client.head_object(Bucket=self.name, Key=name)

    def grantees(self, name):
        """Return who may do anything with it, apart from its owner."""
        acl = self.client.get_object_acl(Bucket=self.name, Key=name)
        return [grant["Grantee"] for grant in acl["Grants"] if grant["Grantee"].get("ID") != acl["Owner"]["ID"]]
