data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${data.aws_partition.current.partition}:ecs:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:*"]
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

resource "aws_iam_role" "task" {
  count = var.create_task_role ? 1 : 0

  name               = var.task_role_name
  name_prefix        = var.task_role_name == null ? "tollgate-" : null
  assume_role_policy = data.aws_iam_policy_document.trust.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "metering" {
  name   = "MarketplaceMetering"
  role   = local.task_role_name
  policy = data.aws_iam_policy_document.metering.json
}
