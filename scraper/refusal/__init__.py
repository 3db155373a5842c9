"""Whether an answer is a refusal, whatever its status says."""
