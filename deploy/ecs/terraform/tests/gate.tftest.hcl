# terraform test: nothing is created.
mock_provider "aws" {
  # A made-up text is no policy, and the provider looks.
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  family         = "acme"
  tollgate_image = "registry.example/acme/tollgate:1.4.0"

  container_definitions = [
    {
      name  = "acme"
      image = "registry.example/acme/acme:3.2.1"
    },
    {
      name      = "logs"
      image     = "registry.example/acme/logs:1.0.0"
      dependsOn = [{ containerName = "acme", condition = "START" }]
    },
  ]
}

run "every_container_waits" {
  command = plan

  assert {
    condition     = alltrue([for container in slice(local.containers, 0, 2) : contains([for one in container.dependsOn : one.containerName], "tollgate")])
    error_message = "A container starts before the grant."
  }

  assert {
    condition     = length(local.containers[1].dependsOn) == 2
    error_message = "A dependency of a container's own is gone."
  }
}

run "only_those_that_are_named_wait" {
  command = plan

  variables {
    tollgate_gated_containers = ["acme"]
  }

  assert {
    condition     = length(local.containers[1].dependsOn) == 1
    error_message = "A container waits that was not named."
  }
}

run "the_role_may_meter" {
  command = plan

  assert {
    condition     = toset(data.aws_iam_policy_document.metering.statement[0].actions) == toset(["aws-marketplace:RegisterUsage", "aws-marketplace:MeterUsage"])
    error_message = "The policy is not the one of the two actions."
  }
}

run "no_time_for_the_last_flush" {
  command = plan

  variables {
    tollgate_stop_timeout = 20
  }

  expect_failures = [var.tollgate_stop_timeout]
}

run "a_loopback_of_its_own" {
  command = plan

  variables {
    network_mode = "bridge"
  }

  expect_failures = [var.network_mode]
}
