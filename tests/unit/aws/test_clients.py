"""The botocore clients; in processes of their own, since a client stays as it was first made."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "111122223333",
    "AWS_SECRET_ACCESS_KEY": "x",
}


def printed(program: str) -> Any:
    """What a program prints, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=ROOT,
        env=ENVIRONMENT,
        check=True,
        capture_output=True,
        timeout=60,
    )
    return json.loads(done.stdout)


def test_a_client_is_found_by_the_environment_and_gives_up_within_seconds():
    meta = printed("""
        import json
        from chalicelib.aws.clients import client
        meta = client("sqs").meta
        config = meta.config
        print(json.dumps([
            meta.endpoint_url, meta.region_name, config.connect_timeout, config.read_timeout,
            config.retries["total_max_attempts"],
        ]))
    """)
    assert meta == ["http://127.0.0.1:1", "eu-west-1", 2, 5, 3]


def test_threads_that_ask_at_once_share_one_client_of_a_service():
    different = printed("""
        import concurrent.futures
        from chalicelib.aws.clients import client
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            clients = list(pool.map(client, ["sqs", "secretsmanager"] * 8))
        print(len(set(map(id, clients))))
    """)
    assert different == 2


def test_no_client_is_made_and_no_boto3_loaded_before_one_is_asked_for():
    loaded = printed("""
        import json, sys
        import botocore.session
        botocore.session.Session.create_client = None
        import chalicelib.aws.bodies, chalicelib.aws.clients
        import chalicelib.aws.queues, chalicelib.aws.secrets
        print(json.dumps(sorted({"boto3", "pydantic"} & sys.modules.keys())))
    """)
    assert loaded == []


def test_a_link_is_signed_in_the_present_way_for_the_bucket_in_its_region():
    url = printed("""
        import json, os
        del os.environ["AWS_ENDPOINT_URL"]
        from chalicelib.aws.clients import client
        bucket = {"Bucket": "scripta-x", "Key": "media/a"}
        print(json.dumps(client("s3").generate_presigned_url("get_object", bucket)))
    """)
    assert url.startswith("https://scripta-x.s3.eu-west-1.amazonaws.com/media/a?")
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url
