"""wishloop (心愿闭环): residents' small wishes, caught, granted, confirmed and disclosed in a closed loop."""
