// The tables, and how a database of an older version becomes the current one.
#pragma once

#include "common/status/status.h"
#include "event-store/sqlite/connection.h"

namespace bw::event_store {

/// Creates the tables in an empty database, migrates an older one, one version at a time in a
/// transaction each. FAILED_PRECONDITION: written by a newer version, or by another program.
Status PrepareSchema(Connection& connection);

}  // namespace bw::event_store
