"""Units of the administration: district, subdistrict, community, grid; names, positions, working calendars."""
