// The enumerated types of conference-info (RFC 4575 §6), for reading and writing.
#pragma once
#include "body/conference_info.hpp"
#include "xml.hpp"

namespace offhook::body::conference {

using xml::Word;

inline constexpr std::string_view kNamespace = "urn:ietf:params:xml:ns:conference-info";

inline constexpr Word<ElementState> kElementStates[] = {
    {ElementState::Full, "full"}, {ElementState::Partial, "partial"}, {ElementState::Deleted, "deleted"}};
inline constexpr Word<MediaStatus> kMediaStatuses[] = {{MediaStatus::SendRecv, "sendrecv"},
                                                       {MediaStatus::SendOnly, "sendonly"},
                                                       {MediaStatus::RecvOnly, "recvonly"},
                                                       {MediaStatus::Inactive, "inactive"}};
inline constexpr Word<EndpointStatus> kEndpointStatuses[] = {{EndpointStatus::Connected, "connected"},
                                                             {EndpointStatus::Disconnected, "disconnected"},
                                                             {EndpointStatus::OnHold, "on-hold"},
                                                             {EndpointStatus::MutedViaFocus, "muted-via-focus"},
                                                             {EndpointStatus::Pending, "pending"},
                                                             {EndpointStatus::Alerting, "alerting"},
                                                             {EndpointStatus::DialingIn, "dialing-in"},
                                                             {EndpointStatus::DialingOut, "dialing-out"},
                                                             {EndpointStatus::Disconnecting, "disconnecting"}};
inline constexpr Word<JoiningMethod> kJoiningMethods[] = {{JoiningMethod::DialedIn, "dialed-in"},
                                                          {JoiningMethod::DialedOut, "dialed-out"},
                                                          {JoiningMethod::FocusOwner, "focus-owner"}};
inline constexpr Word<DisconnectionMethod> kDisconnectionMethods[] = {{DisconnectionMethod::Departed, "departed"},
                                                                      {DisconnectionMethod::Booted, "booted"},
                                                                      {DisconnectionMethod::Failed, "failed"},
                                                                      {DisconnectionMethod::Busy, "busy"}};

}  // namespace offhook::body::conference
