variable "name" {
  description = "Name of everything that is made, and of the tag `project`."
  type        = string
  default     = "housecrawl"
}

variable "region" {
  description = "Where it all runs."
  type        = string
  default     = "us-east-1"
}

variable "bucket" {
  description = "Name of the bucket of the dataset; it must be free in all of AWS."
  type        = string
}

variable "site" {
  description = "A built-in site's name, or the path of a site file inside the image."
  type        = string
}

variable "contact" {
  description = "URL or mail address of who crawls: part of the user agent."
  type        = string

  validation {
    condition     = length(trimspace(var.contact)) > 0
    error_message = "Say who crawls: a public site is not crawled without a contact."
  }
}

variable "image" {
  description = "Image to run; empty: `latest` of the registry that is made here."
  type        = string
  default     = ""
}

variable "settings" {
  description = "More settings, NAME to VALUE."
  type        = map(string)
  default     = {}
}

variable "workers" {
  description = "Parts that run at once. The site's pace is shared among them (PACE_WORKERS)."
  type        = number
  default     = 4
}

variable "vcpus" {
  description = "Processors of one job."
  type        = number
  default     = 1
}

variable "memory" {
  description = "Memory of one job, in MiB; Chromium may take 1,500 of it."
  type        = number
  default     = 3000
}

variable "instance_types" {
  description = "Kinds of spot instances to choose from: the more, the rarer one is taken away."
  type        = list(string)
  default     = ["c6a.large", "c6i.large", "c7a.large", "c7i.large", "m6a.large", "m6i.large"]
}

variable "schedule" {
  description = "When the refresh starts (cron or rate of EventBridge Scheduler)."
  type        = string
  default     = "cron(30 2 * * ? *)"
}

variable "timezone" {
  description = "Time zone of the schedule."
  type        = string
  default     = "UTC"
}

variable "scheduled" {
  description = "Whether the schedule is on."
  type        = bool
  default     = true
}

variable "hours" {
  description = "A job that takes longer is ended; less than the time between two refreshes."
  type        = number
  default     = 20
}

variable "budget" {
  description = "Dollars a month: mail at 80 % of them, and when they are forecast to be passed."
  type        = number
  default     = 20
}

variable "alert_email" {
  description = "Who is told of failed jobs and of the budget; empty: nobody."
  type        = string
  default     = ""
}

variable "github_repository" {
  description = "owner/name whose workflow may submit jobs; empty: none."
  type        = string
  default     = ""
}

variable "destroy_data" {
  description = "Whether `terraform destroy` takes the dataset with it. Otherwise it stops at the bucket."
  type        = bool
  default     = false
}
