data "aws_partition" "here" {}

locals {
  # Who may be each role.
  trust = { for service in ["ec2", "ecs-tasks", "scheduler"] : service => jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "${service}.amazonaws.com" }
    }]
  }) }
}

# The instances: pull the image, write the log, take orders from ECS.
resource "aws_iam_role" "instance" {
  name               = "${var.name}-instance"
  assume_role_policy = local.trust["ec2"]
}

resource "aws_iam_role_policy_attachment" "instance" {
  role       = aws_iam_role.instance.name
  policy_arn = "arn:${data.aws_partition.here.partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
}

resource "aws_iam_instance_profile" "instance" {
  name = "${var.name}-instance"
  role = aws_iam_role.instance.name
}

# The crawl: its own bucket and nothing else.
resource "aws_iam_role" "job" {
  name               = "${var.name}-job"
  assume_role_policy = local.trust["ecs-tasks"]
}

resource "aws_iam_role_policy" "job" {
  name = "dataset"
  role = aws_iam_role.job.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:ListBucket", "s3:ListBucketMultipartUploads"]
        Resource = aws_s3_bucket.dataset.arn
      },
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        Resource = "${aws_s3_bucket.dataset.arn}/*"
      },
    ]
  })
}

# The clock: start the refresh.
resource "aws_iam_role" "schedule" {
  name               = "${var.name}-schedule"
  assume_role_policy = local.trust["scheduler"]
}

locals {
  # A job definition has a new revision with each change; the name stays.
  submit = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = "batch:SubmitJob"
      Resource = concat(
        [aws_batch_job_queue.crawl.arn],
        [for job in aws_batch_job_definition.job : job.arn_prefix],
        [for job in aws_batch_job_definition.job : "${job.arn_prefix}:*"],
      )
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  name   = "submit"
  role   = aws_iam_role.schedule.id
  policy = local.submit
}
