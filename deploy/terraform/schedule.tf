resource "aws_scheduler_schedule" "refresh" {
  name                         = "${var.name}-refresh"
  state                        = var.scheduled ? "ENABLED" : "DISABLED"
  schedule_expression          = var.schedule
  schedule_expression_timezone = var.timezone

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }

  target {
    arn      = "arn:${data.aws_partition.here.partition}:scheduler:::aws-sdk:batch:submitJob"
    role_arn = aws_iam_role.schedule.arn
    input = jsonencode({
      JobName       = "${var.name}-refresh"
      JobQueue      = aws_batch_job_queue.crawl.arn
      JobDefinition = aws_batch_job_definition.job["refresh"].arn
    })

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 5
    }
  }
}
