// What a client declared it can be asked, and what a question needs of it.
#pragma once

#include <string>
#include <string_view>

#include "common/json/json.h"

namespace bw::gateway {

/// Of what a client declared, the part that says what it may be asked (elicitation, roots,
/// sampling and their modes): at most 120 bytes of JSON, whatever was sent. `declared` may be
/// anything.
std::string PruneCapabilities(const json::Json& declared);

/// Whether `method` is one a server may ask its client: elicitation/create,
/// sampling/createMessage, roots/list. (2026-07-28 basic/patterns/mrtr)
bool IsClientMethod(std::string_view method);

/// The capabilities that a question of this method and these params needs and `declared` lacks, as
/// the object of objects that an error names them in; null when nothing is lacking. An elicitation
/// capability without modes means form mode. (2026-07-28 client/elicitation, client/sampling)
json::Json MissingCapabilities(const json::Json& declared, std::string_view method,
                               const json::Json& params);

}  // namespace bw::gateway
