"""The proof of `openphm.evaluation`: lives whose truth we set, and how near each estimator comes to it."""
