/// A chat room on Spring Boot and Tomcat, for comparison. It depends only on Spring.
package dev.tertulia.peers.spring;
