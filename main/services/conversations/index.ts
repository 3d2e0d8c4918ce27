export {
  type ConversationBook,
  type Conversations,
  type ConversationsOptions,
  createConversations,
} from './conversations-service.ts';
