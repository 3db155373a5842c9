resource "aws_budgets_budget" "month" {
  count        = var.alert_email != "" ? 1 : 0
  name         = var.name
  budget_type  = "COST"
  limit_amount = tostring(var.budget)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  notification {
    comparison_operator        = "GREATER_THAN"
    threshold                  = 80
    threshold_type             = "PERCENTAGE"
    notification_type          = "ACTUAL"
    subscriber_email_addresses = [var.alert_email]
  }

  notification {
    comparison_operator        = "GREATER_THAN"
    threshold                  = 100
    threshold_type             = "PERCENTAGE"
    notification_type          = "FORECASTED"
    subscriber_email_addresses = [var.alert_email]
  }
}

# A job that is not run again: wrong use, an alarm, a policy, or ten attempts.
resource "aws_sns_topic" "failed" {
  count = var.alert_email != "" ? 1 : 0
  name  = "${var.name}-failed"
}

resource "aws_sns_topic_policy" "failed" {
  count = length(aws_sns_topic.failed)
  arn   = aws_sns_topic.failed[count.index].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sns:Publish"
      Principal = { Service = "events.amazonaws.com" }
      Resource  = aws_sns_topic.failed[count.index].arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.failed[count.index].arn } }
    }]
  })
}

resource "aws_sns_topic_subscription" "failed" {
  count     = length(aws_sns_topic.failed)
  topic_arn = aws_sns_topic.failed[count.index].arn
  protocol  = "email"
  endpoint  = var.alert_email
}

resource "aws_cloudwatch_event_rule" "failed" {
  count = length(aws_sns_topic.failed)
  name  = "${var.name}-failed"
  event_pattern = jsonencode({
    source      = ["aws.batch"]
    detail-type = ["Batch Job State Change"]
    detail      = { status = ["FAILED"], jobQueue = [aws_batch_job_queue.crawl.arn] }
  })
}

resource "aws_cloudwatch_event_target" "failed" {
  count = length(aws_sns_topic.failed)
  rule  = aws_cloudwatch_event_rule.failed[count.index].name
  arn   = aws_sns_topic.failed[count.index].arn
}
