"""Radio measurements in, position fixes with honest covariance out."""
