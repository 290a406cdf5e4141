locals {
  issuer = trimsuffix(trimprefix(var.oidc_issuer, "https://"), "/")
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [var.oidc_provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = ["system:serviceaccount:${var.namespace}:${var.service_account}"]
    }
  }
}

data "aws_iam_policy_document" "metering" {
  statement {
    sid       = "MarketplaceMetering"
    effect    = "Allow"
    actions   = ["aws-marketplace:RegisterUsage", "aws-marketplace:MeterUsage"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "this" {
  name               = var.role_name
  name_prefix        = var.role_name == null ? "tollgate-" : null
  assume_role_policy = data.aws_iam_policy_document.trust.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "metering" {
  name   = "MarketplaceMetering"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.metering.json
}
