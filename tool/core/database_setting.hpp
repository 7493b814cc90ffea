// Settings of a database (ALTER DATABASE … SET), as pg_db_role_setting keeps them, written as statements again.
#pragma once

#include <string>
#include <string_view>

namespace pitstop::tool {

// `entry` is one element of setconfig, name=value. `role` empty: for all roles. Settings that are lists of names
// (search_path, …_libraries, temp_tablespaces, unix_socket_directories) are written element by element, as pg_dumpall does.
// "ALTER DATABASE "x" SET work_mem TO '64MB'" or "ALTER ROLE "r" IN DATABASE "x" SET …". Raises Failure for what is no entry.
std::string setting_statement(std::string_view database, std::string_view role, std::string_view entry);

}  // namespace pitstop::tool
