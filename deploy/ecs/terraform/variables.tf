# The inputs of aws_ecs_task_definition, under their own names.

variable "family" {
  description = "The name of the task definition"
  type        = string
}

variable "container_definitions" {
  description = "The containers of your product, as ECS writes them (camelCase). Tollgate is added to them"
  type        = any
}

variable "requires_compatibilities" {
  description = "FARGATE or EC2"
  type        = list(string)
  default     = ["FARGATE"]
}

variable "network_mode" {
  description = "awsvpc (or host) lets your containers reach Tollgate on 127.0.0.1"
  type        = string
  default     = "awsvpc"

  validation {
    condition     = contains(["awsvpc", "host"], var.network_mode)
    error_message = "In bridge mode each container has a loopback of its own: use awsvpc or host."
  }
}

variable "cpu" {
  description = "CPU units of the task"
  type        = number
  default     = 512
}

variable "memory" {
  description = "MiB of the task, Tollgate's among them"
  type        = number
  default     = 1024
}

variable "execution_role_arn" {
  description = "The role that pulls images and writes logs. It is not what the containers sign with"
  type        = string
  default     = null
}

variable "volumes" {
  description = "Volumes of your containers: [{ name = \"data\", host_path = null }]"
  type = list(object({
    name      = string
    host_path = optional(string)
  }))
  default = []
}

variable "runtime_platform" {
  description = "Of Fargate: { operating_system_family, cpu_architecture }"
  type = object({
    operating_system_family = optional(string, "LINUX")
    cpu_architecture        = optional(string, "X86_64")
  })
  default = null
}

variable "tags" {
  description = "Tags of everything that is made here"
  type        = map(string)
  default     = {}
}

# The task role: AWS Marketplace meters by it, and by nothing else.

variable "create_task_role" {
  description = "Whether the task role is made here. Otherwise name yours in task_role_name"
  type        = bool
  default     = true
}

variable "task_role_name" {
  description = "The name of the task role; the policy of the two metering actions is attached to it"
  type        = string
  default     = null
}

variable "task_role_arn" {
  description = "The ARN of a task role that you make yourself; with create_task_role = false"
  type        = string
  default     = null
}

# Tollgate.

variable "tollgate_image" {
  description = "The image of Tollgate with the configuration of your product in it"
  type        = string
}

variable "tollgate_gated_containers" {
  description = "Names of the containers that wait for the grant; null: all of them"
  type        = list(string)
  default     = null
}

variable "tollgate_memory_reservation" {
  description = "MiB that are kept for Tollgate and its health check"
  type        = number
  default     = 128
}

variable "tollgate_user" {
  description = "uid:gid; the image makes its state folder for this one"
  type        = string
  default     = "65532:65532"
}

variable "tollgate_start_period" {
  description = "Seconds in which a failing health check does not count. With ten more tries, five seconds apart, this is how long a gate may stay pending before a service replaces the task"
  type        = number
  default     = 300

  validation {
    condition     = var.tollgate_start_period >= 0 && var.tollgate_start_period <= 300
    error_message = "ECS takes 0 to 300."
  }
}

variable "tollgate_stop_timeout" {
  description = "Seconds that Tollgate has for its last flush; more than shutdown.grace of its configuration. Fargate takes 2 to 120"
  type        = number
  default     = 60

  validation {
    condition     = var.tollgate_stop_timeout > 25 && var.tollgate_stop_timeout <= 120
    error_message = "Between shutdown.grace (25 unless set) and 120."
  }
}

variable "tollgate_state_host_path" {
  description = "EC2 only, with one task an instance: the ledger's folder on the host, so that a next task takes over what is unsent. It must belong to tollgate_user"
  type        = string
  default     = null
}

variable "tollgate_environment" {
  description = "Settings that your configuration leaves to buyers: { TOLLGATE_LOG_LEVEL = \"debug\" }"
  type        = map(string)
  default     = {}
}

variable "tollgate_log_configuration" {
  description = "logConfiguration of the container, as ECS writes it"
  type        = any
  default     = null
}
