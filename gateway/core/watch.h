// Something that tells of changes for as long as it is kept.
#pragma once

namespace bw::gateway {

/// Dropping it ends it: its function neither runs nor will when the destructor returns, which must
/// therefore not be called from that function.
class Watch {
 public:
  virtual ~Watch() = default;
};

}  // namespace bw::gateway
