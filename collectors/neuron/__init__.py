"""AWS Trainium and Inferentia: neuron-monitor's reports, the driver's sysfs tree, the kernel's log."""
