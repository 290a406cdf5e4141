variable "execution_role_arn" {
  type = string
}

module "acme" {
  source = "../.."

  family             = "acme-usage"
  execution_role_arn = var.execution_role_arn
  tollgate_image     = "709825985650.dkr.ecr.us-east-1.amazonaws.com/acme/tollgate:1.4.0"

  container_definitions = [
    {
      name        = "acme"
      image       = "709825985650.dkr.ecr.us-east-1.amazonaws.com/acme/acme:3.2.1"
      essential   = true
      stopTimeout = 50
    },
  ]
}

output "task_definition_arn" {
  value = module.acme.arn
}
