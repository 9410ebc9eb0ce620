"""The story of Chengguan District in 2025, told through the same operations people use."""
