// The indexes of TeslaMate's that keep its data whole and its pages fast, and the tables they are on. All of them exist
// since schema 20260808090000. Those of its importer are left out: nothing here meets them.
#pragma once

namespace pitstop {

struct RequiredIndex {
    const char *table;
    const char *index;
};

inline constexpr RequiredIndex required_indexes[] = {
    {"addresses", "addresses_osm_id_osm_type_index"},
    {"addresses", "addresses_pkey"},

    {"cars", "cars_eid_index"},
    {"cars", "cars_pkey"},
    {"cars", "cars_settings_id_index"},
    {"cars", "cars_vid_index"},
    {"cars", "cars_vin_index"},

    {"charges", "charges_charging_process_id_index"},
    {"charges", "charges_date_index"},
    {"charges", "charges_pkey"},

    {"charging_processes", "charging_processes_address_id_index"},
    {"charging_processes", "charging_processes_car_id_index"},
    {"charging_processes", "charging_processes_pkey"},
    {"charging_processes", "charging_processes_position_id_index"},

    {"drives", "drives_end_geofence_id_index"},
    {"drives", "drives_end_position_id_index"},
    {"drives", "drives_start_geofence_id_index"},
    {"drives", "drives_start_position_id_index"},
    {"drives", "trips_car_id_index"},
    {"drives", "trips_end_address_id_index"},
    {"drives", "trips_pkey"},
    {"drives", "trips_start_address_id_index"},

    {"positions", "positions_car_id_date__ideal_battery_range_km_IS_NOT_NULL_index"},
    {"positions", "positions_car_id_index"},
    {"positions", "positions_date_timestamp_minmax_multi_ops_index"},
    {"positions", "positions_drive_id_date_timestamp_minmax_multi_ops_index"},
    {"positions", "positions_pkey"},

    {"states", "states_car_id__end_date_IS_NULL_index"},
    {"states", "states_car_id_index"},
    {"states", "states_pkey"},

    {"updates", "updates_car_id_index"},
    {"updates", "updates_pkey"},
};

}  // namespace pitstop
