output "arn" {
  description = "The ARN of the task definition, with its revision"
  value       = aws_ecs_task_definition.this.arn
}

output "family" {
  description = "The family of the task definition"
  value       = aws_ecs_task_definition.this.family
}

output "revision" {
  description = "The revision of the task definition"
  value       = aws_ecs_task_definition.this.revision
}

output "task_role_arn" {
  description = "What Tollgate signs with"
  value       = local.task_role_arn
}

output "container_definitions" {
  description = "All containers, Tollgate first, as they are registered"
  value       = aws_ecs_task_definition.this.container_definitions
}
