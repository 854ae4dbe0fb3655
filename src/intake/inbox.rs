//! Inbox
