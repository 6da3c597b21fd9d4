"""The infrastructure: one file per capability, composed by `stack.TrainingPipelineStack`."""
