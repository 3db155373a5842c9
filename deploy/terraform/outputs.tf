output "dataset" {
  description = "The dataset's place."
  value       = local.dataset
}

output "registry" {
  description = "Where to push the image."
  value       = aws_ecr_repository.image.repository_url
}

output "queue" {
  description = "The job queue."
  value       = aws_batch_job_queue.crawl.name
}

output "jobs" {
  description = "The job definitions."
  value       = { for key, job in aws_batch_job_definition.job : key => job.name }
}

output "github_role" {
  description = "The role of the workflow (its variable AWS_ROLE)."
  value       = one(aws_iam_role.github[*].arn)
}
