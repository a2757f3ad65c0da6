"""How things and paths do, from CloudWatch's series: what is wrong, where it broke first, and since when."""
