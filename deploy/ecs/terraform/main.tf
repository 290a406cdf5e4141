locals {
  state = "tollgate-state"
  door  = "http://127.0.0.1:8787"

  tollgate = merge(
    {
      name                   = "tollgate"
      image                  = var.tollgate_image
      essential              = true
      user                   = var.tollgate_user
      readonlyRootFilesystem = true
      memoryReservation      = var.tollgate_memory_reservation
      linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }
      mountPoints            = [{ sourceVolume = local.state, containerPath = "/var/lib/tollgate" }]
      healthCheck = {
        command     = ["CMD", "/opt/tollgate/bin/tollgate", "gate", "check"]
        interval    = 5
        timeout     = 5
        retries     = 10
        startPeriod = var.tollgate_start_period
      }
      restartPolicy = { enabled = true, restartAttemptPeriod = 60, ignoredExitCodes = [0, 64, 76, 77, 78] }
      stopTimeout   = var.tollgate_stop_timeout
    },
    length(var.tollgate_environment) == 0 ? {} : {
      environment = [for name in sort(keys(var.tollgate_environment)) : { name = name, value = var.tollgate_environment[name] }]
    },
    var.tollgate_log_configuration == null ? {} : { logConfiguration = var.tollgate_log_configuration },
  )

  # Each of your containers, told where usage is reported, and those that wait for the grant made to wait.
  containers = [
    for container in var.container_definitions : merge(
      container,
      { environment = concat(try(container.environment, []), [{ name = "TOLLGATE_URL", value = local.door }]) },
      var.tollgate_gated_containers == null || contains(coalesce(var.tollgate_gated_containers, []), container.name) ? {
        dependsOn = concat(try(container.dependsOn, []), [{ containerName = "tollgate", condition = "HEALTHY" }])
      } : {},
    )
  ]

  task_role_name = var.create_task_role ? aws_iam_role.task[0].name : var.task_role_name
  task_role_arn  = var.create_task_role ? aws_iam_role.task[0].arn : var.task_role_arn
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.family
  requires_compatibilities = var.requires_compatibilities
  network_mode             = var.network_mode
  cpu                      = var.cpu
  memory                   = var.memory
  task_role_arn            = local.task_role_arn
  execution_role_arn       = var.execution_role_arn
  container_definitions    = jsonencode(concat([local.tollgate], local.containers))
  tags                     = var.tags

  volume {
    name      = local.state
    host_path = var.tollgate_state_host_path
  }

  dynamic "volume" {
    for_each = var.volumes

    content {
      name      = volume.value.name
      host_path = volume.value.host_path
    }
  }

  dynamic "runtime_platform" {
    for_each = var.runtime_platform == null ? [] : [var.runtime_platform]

    content {
      operating_system_family = runtime_platform.value.operating_system_family
      cpu_architecture        = runtime_platform.value.cpu_architecture
    }
  }
}
