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
  # What moto cannot do fails at once instead of being tried for minutes.
  max_retries = 2
}

# moto knows neither a budget's subscribers nor its tags, which the provider asks for.
resource "aws_budgets_budget" "month" {
  count = 0
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


LISTED = {
    "s3": [("list_buckets", "Buckets", {})],
    "ec2": [
        ("describe_vpcs", "Vpcs", {}),
        ("describe_subnets", "Subnets", {}),
        ("describe_internet_gateways", "InternetGateways", {}),
        ("describe_route_tables", "RouteTables", {}),
        ("describe_security_groups", "SecurityGroups", {}),
        ("describe_launch_templates", "LaunchTemplates", {}),
    ],
    "batch": [
        ("describe_compute_environments", "computeEnvironments", {}),
        ("describe_job_queues", "jobQueues", {}),
        ("describe_job_definitions", "jobDefinitions", {"status": "ACTIVE"}),
    ],
    "iam": [
        ("list_roles", "Roles", {}),
        ("list_policies", "Policies", {"Scope": "Local"}),
        ("list_instance_profiles", "InstanceProfiles", {}),
        ("list_open_id_connect_providers", "OpenIDConnectProviderList", {}),
    ],
    "ecr": [("describe_repositories", "repositories", {})],
    "logs": [("describe_log_groups", "logGroups", {})],
    "sns": [("list_topics", "Topics", {}), ("list_subscriptions", "Subscriptions", {})],
    "events": [("list_rules", "Rules", {})],
    "scheduler": [("list_schedules", "Schedules", {})],
}
"""What the plan makes: how each service lists it."""


def there() -> dict[str, int]:
    """How many of each kind of thing the cloud has."""
    found = {}
    for service, lists in LISTED.items():
        client = boto3.client(service, region_name="us-east-1")
        for call, key, given in lists:
            found[f"{service}.{key}"] = len(getattr(client, call)(**given).get(key) or [])
        client.close()
    return found


@pytest.mark.full
@pytest.mark.timeout(900)
def test_it_is_made_changes_nothing_and_leaves_nothing(tool, folder: Path, aws: str) -> None:
    terraform = ("terraform", f"-chdir={folder}")
    tool(*terraform, "validate", "-no-color")
    before = there()
    tool(*terraform, "apply", "-no-color", "-input=false", "-auto-approve")
    made = json.loads(tool(*terraform, "output", "-json"))
    during = there()
    assert [kind for kind in before if during[kind] <= before[kind]] == []
    batch = boto3.client("batch", region_name="us-east-1")
    jobs = {name: job["jobDefinitionName"] for name, job in _definitions(batch, made).items()}
    assert set(jobs) == {"refresh", "ids", "parts", "finish"}
    array = batch.submit_job(
        jobName="parts",
        jobQueue=made["queue"]["value"],
        jobDefinition=jobs["parts"],
        arrayProperties={"size": 3},
    )
    assert array["jobId"]
    assert _changes(tool, terraform) == {}
    # The budget, which moto cannot make, is only planned.
    (folder / "moto_override.tf").write_text(MOTO.replace("count = 0", ""))
    changes = _changes(tool, terraform)
    assert set(changes) == {"aws_budgets_budget.month[0]"}
    (budget,) = changes.values()
    notices = {notice["notification_type"] for notice in budget["after"]["notification"]}
    assert notices == {"ACTUAL", "FORECASTED"}
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.put_object(Bucket=GIVEN["bucket"], Key="housecrawl/x", Body=b"x")
    tool(*terraform, "destroy", "-no-color", "-input=false", "-auto-approve")
    assert tool(*terraform, "state", "list").strip() == ""
    assert there() == before


def _changes(tool, terraform: tuple[str, str]) -> dict[str, dict]:
    """What a plan would do: address to the change, where there is one."""
    tool(*terraform, "plan", "-input=false", "-out=next")
    planned = json.loads(tool(*terraform, "show", "-json", "next"))["resource_changes"]
    changes = {one["address"]: one["change"] for one in planned}
    template = changes["aws_launch_template.instance"]
    # moto takes the tags of the template for tags of the instances that it starts.
    if set(_differing(template)) <= {"tag_specifications", "default_version", "latest_version"}:
        assert [one["resource_type"] for one in template["before"]["tag_specifications"]] == [
            "launch-template"
        ]
        del changes["aws_launch_template.instance"]
    return {address: one for address, one in changes.items() if one["actions"] != ["no-op"]}


def _differing(change: dict) -> list[str]:
    before, after = change["before"], change["after"]
    return [key for key in before if before[key] != after.get(key)]


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
