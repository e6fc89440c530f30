// Certainty about requests that failed: an error that came before anything was sent had no effect,
// and whoever asked need not look whether it had.
#pragma once

#include "common/status/status.h"

namespace bw {

/// Notes on an error that no byte of the request left this process. Annotate keeps the note. OK
/// stays OK.
Status MarkUnsent(Status status);

/// Whether an error was marked so. False means "not known", also for OK.
bool IsUnsent(const Status& status);

}  // namespace bw
