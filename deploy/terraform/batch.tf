locals {
  dataset = "s3://${aws_s3_bucket.dataset.bucket}/${var.name}"
  image   = var.image != "" ? var.image : "${aws_ecr_repository.image.repository_url}:latest"

  given    = merge({ CONTACT = var.contact }, var.settings)
  settings = flatten([for key, value in local.given : ["-s", "${key}=${value}"]])
  crawl    = concat(["-a", "site=${var.site}", "-s", "DATASET=${local.dataset}"], local.settings)

  jobs = {
    # Every night, in one job.
    refresh = concat(
      ["housecrawl", "refresh", "--site", var.site, "--dataset", local.dataset], local.settings
    )
    # A first crawl in three steps: the list, its parts as an array job, what is left and a version.
    ids    = concat(["scrapy", "crawl", "ids"], local.crawl)
    parts  = concat(["scrapy", "crawl", "houses"], local.crawl, ["-s", "PACE_WORKERS=${var.workers}"])
    finish = concat(["scrapy", "crawl", "houses"], local.crawl)
  }
}

resource "aws_launch_template" "instance" {
  name_prefix            = "${var.name}-"
  update_default_version = true

  # Containers do not reach the instance's credentials.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  user_data = base64encode(templatefile("${path.module}/instance.tftpl", {
    seccomp = file("${path.module}/../seccomp.json")
  }))
}

resource "aws_batch_compute_environment" "spot" {
  compute_environment_name_prefix = "${var.name}-"
  type                            = "MANAGED"

  compute_resources {
    type                = "SPOT"
    allocation_strategy = "SPOT_PRICE_CAPACITY_OPTIMIZED"
    min_vcpus           = 0
    max_vcpus           = var.workers * var.vcpus
    instance_type       = var.instance_types
    instance_role       = aws_iam_instance_profile.instance.arn
    subnets             = aws_subnet.crawl[*].id
    security_group_ids  = [aws_security_group.crawl.id]

    launch_template {
      launch_template_id = aws_launch_template.instance.id
      version            = "$Default"
    }
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [
    aws_iam_role_policy_attachment.instance,
    aws_route_table_association.crawl,
  ]
}

resource "aws_batch_job_queue" "crawl" {
  name     = var.name
  state    = "ENABLED"
  priority = 1

  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.spot.arn
  }
}

resource "aws_batch_job_definition" "job" {
  for_each = local.jobs
  name     = "${var.name}-${each.key}"
  type     = "container"

  container_properties = jsonencode({
    image                  = local.image
    command                = each.value
    jobRoleArn             = aws_iam_role.job.arn
    user                   = "10001:10001"
    privileged             = false
    readonlyRootFilesystem = false
    resourceRequirements = [
      { type = "VCPU", value = tostring(var.vcpus) },
      { type = "MEMORY", value = tostring(var.memory) },
    ]
    environment = [{ name = "AWS_REGION", value = var.region }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.jobs.name
        "awslogs-region"        = var.region
        "awslogs-stream-prefix" = each.key
      }
    }
  })

  # docs/exit-codes.md: 3 and a kill are run again; 1, 2, 4 and 5 would end the same.
  retry_strategy {
    attempts = 10

    evaluate_on_exit {
      action           = "RETRY"
      on_status_reason = "Host EC2*"
    }
    evaluate_on_exit {
      action       = "RETRY"
      on_exit_code = "3"
    }
    evaluate_on_exit {
      action       = "RETRY"
      on_exit_code = "137"
    }
    evaluate_on_exit {
      action       = "RETRY"
      on_exit_code = "143"
    }
    evaluate_on_exit {
      action    = "EXIT"
      on_reason = "*"
    }
  }

  timeout {
    attempt_duration_seconds = var.hours * 3600
  }
}
