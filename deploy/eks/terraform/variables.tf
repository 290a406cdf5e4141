variable "oidc_provider_arn" {
  description = "The ARN of the cluster's IAM OIDC provider"
  type        = string
}

variable "oidc_issuer" {
  description = "The cluster's OIDC issuer; https:// in front of it is cut"
  type        = string
}

variable "namespace" {
  description = "The namespace that the product is installed in"
  type        = string
}

variable "service_account" {
  description = "The service account of the pods"
  type        = string
}

variable "role_name" {
  description = "The name of the role; null: a fresh one"
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything that is made here"
  type        = map(string)
  default     = {}
}
