// A Location comes from the network: whatever it says, it resolves to a request that may be sent,
// to the host that the origin names, or to an error.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/http_client/http_client.h"
#include "common/http_client/request_check.h"
#include "common/http_client/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view reference(reinterpret_cast<const char*>(data), size);
  const auto resolved = bw::http_client::ResolveUrl("https://api.example:8443/a/b?c", reference);
  if (!resolved.ok()) return 0;
  bw::http_client::Request request;
  request.url = resolved->url;
  const bool fits = resolved->url.size() <= bw::http_client::kMaxUrlBytes;
  if (fits && !bw::http_client::CheckRequest(request).ok()) std::abort();
  const auto again = bw::http_client::ResolveUrl(resolved->url, resolved->url);
  if (fits && (!again.ok() || again->origin != resolved->origin)) std::abort();
  return 0;
}
