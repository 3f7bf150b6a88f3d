"""The teaching example that Tertulia grew from: a chat for everybody, in FastAPI.

    uvicorn main:app --port 8000
"""
import json

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from websocket_manager import ConnectionManager

app = FastAPI()
manager = ConnectionManager()


@app.websocket("/ws/{client_id}")
async def websocket_endpoint(websocket: WebSocket, client_id: str):
    await manager.connect(websocket, client_id)
    try:
        while True:
            message = json.loads(await websocket.receive_text())
            kind = message.get("type")
            if kind == "chat":
                chat = {
                    "type": "chat",
                    "sender": message.get("sender", "Anónimo"),
                    "message": message.get("message", ""),
                }
                await manager.broadcast(json.dumps(chat))
            elif kind == "notification":
                text = message.get("message", "Notificación personal.")
                await manager.send_personal_message(
                    json.dumps({"type": "notification", "message": text}), client_id
                )
            elif kind == "broadcast_notification":
                text = message.get("message", "Notificación de broadcast.")
                await manager.broadcast(json.dumps({"type": "notification", "message": text}))
            else:
                text = "Tipo de mensaje no reconocido."
                await manager.send_personal_message(
                    json.dumps({"type": "error", "message": text}), client_id
                )
    except WebSocketDisconnect:
        manager.disconnect(client_id)
        departure = {
            "type": "chat",
            "sender": "Sistema",
            "message": f"Cliente '{client_id}' se ha desconectado.",
        }
        await manager.broadcast(json.dumps(departure))
