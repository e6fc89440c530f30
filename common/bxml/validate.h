#pragma once

#include "common/bxml/document.h"
#include "common/status/status.h"

namespace bw::bxml {

/// Validate without the size of the written document; for text whose size is already known.
Status ValidateVerbs(const Document& document, const Rules& rules);

}  // namespace bw::bxml
