// The columns of TeslaMate's tables that pitstop relies on. All of them exist since schema 20260808090000.
#pragma once

#include <array>
#include <cstddef>

#include "core/column.hpp"

namespace pitstop {

struct RequiredColumn {
    const char *table;
    const char *column;
    Family family;
};

inline constexpr RequiredColumn required_columns[] = {
    {"addresses", "id", Family::integer},
    {"addresses", "display_name", Family::text},
    {"addresses", "latitude", Family::decimal},
    {"addresses", "longitude", Family::decimal},
    {"addresses", "name", Family::text},
    {"addresses", "house_number", Family::text},
    {"addresses", "road", Family::text},
    {"addresses", "neighbourhood", Family::text},
    {"addresses", "city", Family::text},
    {"addresses", "county", Family::text},
    {"addresses", "postcode", Family::text},
    {"addresses", "state", Family::text},
    {"addresses", "state_district", Family::text},
    {"addresses", "country", Family::text},
    {"addresses", "raw", Family::json},
    {"addresses", "inserted_at", Family::timestamp},
    {"addresses", "updated_at", Family::timestamp},
    {"addresses", "osm_id", Family::integer},
    {"addresses", "osm_type", Family::text},

    {"car_settings", "id", Family::integer},
    {"car_settings", "free_supercharging", Family::boolean},

    {"cars", "id", Family::integer},
    {"cars", "efficiency", Family::real},
    {"cars", "updated_at", Family::timestamp},
    {"cars", "settings_id", Family::integer},

    {"charges", "id", Family::integer},
    {"charges", "date", Family::timestamp},
    {"charges", "battery_level", Family::integer},
    {"charges", "charge_energy_added", Family::decimal},
    {"charges", "charger_actual_current", Family::integer},
    {"charges", "charger_phases", Family::integer},
    {"charges", "charger_power", Family::integer},
    {"charges", "charger_voltage", Family::integer},
    {"charges", "fast_charger_type", Family::text},
    {"charges", "ideal_battery_range_km", Family::decimal},
    {"charges", "outside_temp", Family::decimal},
    {"charges", "charging_process_id", Family::integer},
    {"charges", "rated_battery_range_km", Family::decimal},

    {"charging_processes", "id", Family::integer},
    {"charging_processes", "start_date", Family::timestamp},
    {"charging_processes", "end_date", Family::timestamp},
    {"charging_processes", "charge_energy_added", Family::decimal},
    {"charging_processes", "charge_energy_used", Family::decimal},
    {"charging_processes", "start_ideal_range_km", Family::decimal},
    {"charging_processes", "end_ideal_range_km", Family::decimal},
    {"charging_processes", "start_rated_range_km", Family::decimal},
    {"charging_processes", "end_rated_range_km", Family::decimal},
    {"charging_processes", "start_battery_level", Family::integer},
    {"charging_processes", "end_battery_level", Family::integer},
    {"charging_processes", "duration_min", Family::integer},
    {"charging_processes", "outside_temp_avg", Family::decimal},
    {"charging_processes", "car_id", Family::integer},
    {"charging_processes", "position_id", Family::integer},
    {"charging_processes", "address_id", Family::integer},
    {"charging_processes", "geofence_id", Family::integer},
    {"charging_processes", "cost", Family::decimal},

    {"drives", "id", Family::integer},
    {"drives", "start_date", Family::timestamp},
    {"drives", "end_date", Family::timestamp},
    {"drives", "outside_temp_avg", Family::decimal},
    {"drives", "inside_temp_avg", Family::decimal},
    {"drives", "speed_max", Family::integer},
    {"drives", "power_max", Family::integer},
    {"drives", "power_min", Family::integer},
    {"drives", "start_ideal_range_km", Family::decimal},
    {"drives", "end_ideal_range_km", Family::decimal},
    {"drives", "start_rated_range_km", Family::decimal},
    {"drives", "end_rated_range_km", Family::decimal},
    {"drives", "start_km", Family::real},
    {"drives", "end_km", Family::real},
    {"drives", "distance", Family::real},
    {"drives", "duration_min", Family::integer},
    {"drives", "car_id", Family::integer},
    {"drives", "start_position_id", Family::integer},
    {"drives", "end_position_id", Family::integer},
    {"drives", "start_address_id", Family::integer},
    {"drives", "end_address_id", Family::integer},
    {"drives", "start_geofence_id", Family::integer},
    {"drives", "end_geofence_id", Family::integer},
    {"drives", "ascent", Family::integer},
    {"drives", "descent", Family::integer},

    {"geofences", "id", Family::integer},
    {"geofences", "latitude", Family::decimal},
    {"geofences", "longitude", Family::decimal},
    {"geofences", "radius", Family::integer},
    {"geofences", "cost_per_unit", Family::decimal},
    {"geofences", "session_fee", Family::decimal},
    {"geofences", "billing_type", Family::label},

    {"positions", "id", Family::integer},
    {"positions", "date", Family::timestamp},
    {"positions", "latitude", Family::decimal},
    {"positions", "longitude", Family::decimal},
    {"positions", "speed", Family::integer},
    {"positions", "power", Family::integer},
    {"positions", "odometer", Family::real},
    {"positions", "ideal_battery_range_km", Family::decimal},
    {"positions", "rated_battery_range_km", Family::decimal},
    {"positions", "outside_temp", Family::decimal},
    {"positions", "inside_temp", Family::decimal},
    {"positions", "elevation", Family::integer},
    {"positions", "drive_id", Family::integer},

    {"schema_migrations", "version", Family::integer},
    {"schema_migrations", "inserted_at", Family::timestamp},

    {"settings", "id", Family::integer},
    {"settings", "preferred_range", Family::label},
    {"settings", "language", Family::text},
};

inline constexpr std::size_t required_column_count = std::size(required_columns);

}  // namespace pitstop
