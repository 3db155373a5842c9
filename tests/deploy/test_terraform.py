"""The cloud's plan: well formed, valid, made and taken away again by AWS's own provider.

Terraform and its provider come from no package: where they are at hand, `TF_PLUGIN_DIR` names the
folder that holds the provider.
"""

from __future__ import annotations

import json
import os
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

MOTO = """
provider "aws" {
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_requesting_account_id  = false
  skip_metadata_api_check     = true
}

# At AWS the role that is linked to the service is there by itself.
resource "aws_batch_compute_environment" "spot" {
  service_role = aws_iam_role.instance.arn
}

# So are AWS's own policies.
resource "aws_iam_role_policy_attachment" "instance" {
  policy_arn = aws_iam_policy.stand_in.arn
}
"""
STAND_IN = """
resource "aws_iam_policy" "stand_in" {
  name = "stand-in"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "ecs:Poll", Resource = "*" }]
  })
}
"""
GIVEN = {
    "bucket": "houses-of-a-test",
    "site": "demo",
    "contact": "me@example.org",
    "alert_email": "me@example.org",
    "github_repository": "me/houses",
    "destroy_data": True,
}


def test_it_is_in_its_form(tool, deploy: Path) -> None:
    tool("terraform", "fmt", "-check", "-diff", deploy / "terraform")


def test_exit_codes_decide_what_is_run_again(deploy: Path) -> None:
    text = (deploy / "terraform" / "batch.tf").read_text()
    for again in ('"3"', '"137"', '"143"', '"Host EC2*"'):
        assert again in text
    assert text.rindex('"EXIT"') > text.rindex('"RETRY"'), "the rest ends the job"
    assert text.count("evaluate_on_exit {") <= 5, "AWS Batch takes five"


@pytest.fixture
def folder(tool, deploy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy that is ready to be used, with the provider that is at hand."""
    plugins = os.environ.get("TF_PLUGIN_DIR")
    if not plugins:
        pytest.skip("TF_PLUGIN_DIR names no folder of Terraform providers")
    folder = tmp_path / "terraform"
    shutil.copytree(deploy / "terraform", folder, ignore=shutil.ignore_patterns(".terraform*"))
    shutil.copy(deploy / "seccomp.json", tmp_path)
    (folder / "moto_override.tf").write_text(MOTO)
    (folder / "moto.tf").write_text(STAND_IN)
    (folder / "given.auto.tfvars.json").write_text(json.dumps(GIVEN))
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", os.devnull)
    tool("terraform", f"-chdir={folder}", "init", "-input=false", f"-plugin-dir={plugins}")
    return folder


@pytest.fixture
def aws(s3_endpoint: str) -> Iterator[str]:
    """A cloud of this machine, whose jobs are only noted."""
    config = json.dumps({"batch": {"use_docker": False}}).encode()
    request = urllib.request.Request(f"{s3_endpoint}/moto-api/config", config, method="POST")
    with urllib.request.urlopen(request):
        yield s3_endpoint


@pytest.mark.full
@pytest.mark.timeout(900)
def test_it_is_made_changes_nothing_and_leaves_nothing(tool, folder: Path, aws: str) -> None:
    terraform = ("terraform", f"-chdir={folder}")
    tool(*terraform, "validate", "-no-color")
    tool(*terraform, "apply", "-no-color", "-input=false", "-auto-approve")
    made = json.loads(tool(*terraform, "output", "-json"))
    batch = boto3.client("batch", region_name="us-east-1")
    jobs = {name: job["name"] for name, job in _definitions(batch, made).items()}
    assert set(jobs) == {"refresh", "ids", "parts", "finish"}
    array = batch.submit_job(
        jobName="parts",
        jobQueue=made["queue"]["value"],
        jobDefinition=jobs["parts"],
        arrayProperties={"size": 3},
    )
    assert array["jobId"]
    again = tool(*terraform, "plan", "-no-color", "-input=false")
    assert "No changes." in again, again
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.put_object(Bucket=GIVEN["bucket"], Key="housecrawl/x", Body=b"x")
    tool(*terraform, "destroy", "-no-color", "-input=false", "-auto-approve")
    assert GIVEN["bucket"] not in [one["Name"] for one in s3.list_buckets()["Buckets"]]
    assert tool(*terraform, "state", "list").strip() == ""


def _definitions(batch, made) -> dict:
    """Each job as AWS has it; its rules are those of the exit codes."""
    found = {}
    for name, definition in made["jobs"]["value"].items():
        (found[name],) = batch.describe_job_definitions(jobDefinitionName=definition)[
            "jobDefinitions"
        ]
        rules = found[name]["retryStrategy"]["evaluateOnExit"]
        assert [rule.get("onExitCode") for rule in rules] == [None, "3", "137", "143", None]
        assert found[name]["containerProperties"]["user"] == "10001:10001"
    return found
