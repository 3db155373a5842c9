# A network of its own: jobs reach out, and nothing reaches in. Public subnets without a NAT
# gateway, which would cost more than the crawl.
data "aws_availability_zones" "here" {
  state = "available"
}

resource "aws_vpc" "crawl" {
  cidr_block           = "10.77.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = var.name }
}

resource "aws_subnet" "crawl" {
  count                   = 2
  vpc_id                  = aws_vpc.crawl.id
  cidr_block              = cidrsubnet(aws_vpc.crawl.cidr_block, 8, count.index)
  availability_zone       = data.aws_availability_zones.here.names[count.index]
  map_public_ip_on_launch = true
  tags                    = { Name = var.name }
}

resource "aws_internet_gateway" "crawl" {
  vpc_id = aws_vpc.crawl.id
  tags   = { Name = var.name }
}

resource "aws_route_table" "crawl" {
  vpc_id = aws_vpc.crawl.id
  tags   = { Name = var.name }

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.crawl.id
  }
}

resource "aws_route_table_association" "crawl" {
  count          = length(aws_subnet.crawl)
  subnet_id      = aws_subnet.crawl[count.index].id
  route_table_id = aws_route_table.crawl.id
}

resource "aws_security_group" "crawl" {
  name_prefix = "${var.name}-"
  description = "Out, never in"
  vpc_id      = aws_vpc.crawl.id

  egress {
    description = "Web sites, names and AWS"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  lifecycle {
    create_before_destroy = true
  }
}
