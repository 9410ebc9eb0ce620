"""The micro-wish (微心愿): what a resident needs, who takes it on, how it ends."""
