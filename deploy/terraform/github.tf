# A workflow of one repository may submit jobs, without any key being kept there.
resource "aws_iam_openid_connect_provider" "github" {
  count          = var.github_repository != "" ? 1 : 0
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "github" {
  count = length(aws_iam_openid_connect_provider.github)
  name  = "${var.name}-github"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.github[count.index].arn }
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = "repo:${var.github_repository}:ref:refs/heads/main"
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "github" {
  count  = length(aws_iam_role.github)
  name   = "submit"
  role   = aws_iam_role.github[count.index].id
  policy = local.submit
}
